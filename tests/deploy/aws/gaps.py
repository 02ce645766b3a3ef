"""Where moto answers otherwise than AWS. The one list; deploy/terraform/README.md tells it to people.

A second plan may name these attributes of these resources and nothing else.
"""

from __future__ import annotations

SECOND_PLAN: dict[str, dict[str, set[str]]] = {
    "00-network": {
        # moto forgets what a rule between security groups is described as.
        "aws_vpc_security_group_egress_rule.task_to_database": {"description"},
        "aws_vpc_security_group_ingress_rule.database_from_task": {"description"},
    },
    "10-rds": {
        # moto keeps neither parameters nor Performance Insights.
        "aws_db_parameter_group.this": {"parameter"},
        "aws_db_instance.this": {
            "performance_insights_enabled",
            "performance_insights_kms_key_id",
            "performance_insights_retention_period",
        },
    },
    "15-ecs": {
        # moto does not keep it, nor tell how a service replaces its tasks.
        "aws_ecs_service.web": {"availability_zone_rebalancing"},
        "aws_ecs_service.worker": {"availability_zone_rebalancing"},
    },
    "20-alb": {
        "aws_vpc_security_group_egress_rule.to_task": {"description"},
        "aws_vpc_security_group_ingress_rule.task_from_load_balancer": {"description"},
    },
    "30-monitor": {},
    "40-github-oidc": {},
}
