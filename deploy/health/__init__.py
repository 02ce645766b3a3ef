"""What the service says of itself: `/healthz`, `/dbcheck`, and the examination of its database."""
