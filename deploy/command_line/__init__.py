"""What the commands share: types of arguments, waiting, and failing with a sentence."""
