"""The SDK: clients with limits, and sentences for what AWS refuses."""
