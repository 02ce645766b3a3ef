"""Terraform's stacks: one of them, its state and its provider, and what an operator types."""
