"""What moto does not play: a load balancer that passes requests on, and Fargate, which runs containers.

They read from moto what they have to do, and do it on loopback. What they cannot show stands in
docs/decisions/0020-smoke-run.md.
"""
