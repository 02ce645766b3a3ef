"""The smoke run: a load balancer for some minutes, the service asked through it, and nothing left behind.

`python -m deploy.smoke --help` names the steps and exit codes; docs/operations.md explains them.
"""
