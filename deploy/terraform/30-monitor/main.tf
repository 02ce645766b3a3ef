# What may be missing without being wrong: a service scaled to 0 reports no memory. So missing rings in one alarm only,
# that of a service without tasks, and nothing here names a load balancer that may be gone.

locals {
  name     = "papyrus-${var.environment}"
  database = data.terraform_remote_state.database.outputs
  service  = data.terraform_remote_state.service.outputs
  actions  = [aws_sns_topic.alarms.arn]
  services = { web = local.service.web_service_name, worker = local.service.worker_service_name }
}

resource "aws_cloudwatch_metric_alarm" "ecs_memory" {
  for_each = local.services

  alarm_name          = "${local.name}-ecs-memory-${each.key}"
  alarm_description   = "Tasks of the ${each.key} service used more than 80 % of their memory for 5 minutes, twice. docs/operations.md#alarm-ecs-memory"
  namespace           = "AWS/ECS"
  metric_name         = "MemoryUtilization"
  dimensions          = { ClusterName = local.service.cluster_name, ServiceName = each.value }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 300
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

# Without a task Container Insights sends nothing at all, so here missing is what rings. A service scaled to 0 looks the
# same; deploy.scale therefore switches the actions off before and on again when tasks run. At first nothing runs.
resource "aws_cloudwatch_metric_alarm" "no_running_task" {
  for_each = local.services

  alarm_name          = "${local.name}-no-running-task-${each.key}"
  alarm_description   = "The ${each.key} service had no running task for 5 minutes. docs/operations.md#alarm-no-running-task"
  namespace           = "ECS/ContainerInsights"
  metric_name         = "RunningTaskCount"
  dimensions          = { ClusterName = local.service.cluster_name, ServiceName = each.value }
  statistic           = "Maximum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "breaching"
  actions_enabled     = false
  alarm_actions       = local.actions
  ok_actions          = local.actions

  lifecycle {
    ignore_changes = [actions_enabled]
  }

  # checkov:skip=CKV_AWS_319:Only whoever scales a service knows whether it is to have tasks; deploy.scale switches the actions.
}

resource "aws_cloudwatch_metric_alarm" "rds_storage" {
  alarm_name          = "${local.name}-rds-storage"
  alarm_description   = "The database had less than ${var.minimum_free_storage_gib} GiB free for 5 minutes, twice. docs/operations.md#alarm-rds-storage"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = local.database.database_identifier }
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = var.minimum_free_storage_gib * 1024 * 1024 * 1024
  period              = 300
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "rds_cpu" {
  alarm_name          = "${local.name}-rds-cpu"
  alarm_description   = "The database used more than 80 % of its CPU for 5 minutes, twice. docs/operations.md#alarm-rds-cpu"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  dimensions          = { DBInstanceIdentifier = local.database.database_identifier }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 300
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "rds_connections" {
  alarm_name          = "${local.name}-rds-connections"
  alarm_description   = "The database had more than ${var.maximum_connections} connections for 5 minutes, twice. docs/operations.md#alarm-rds-connections"
  namespace           = "AWS/RDS"
  metric_name         = "DatabaseConnections"
  dimensions          = { DBInstanceIdentifier = local.database.database_identifier }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.maximum_connections
  period              = 300
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

module "load_balancer_alarms" {
  source = "../modules/load-balancer-alarms"
  count  = var.load_balancer == null ? 0 : 1

  name_prefix              = local.name
  load_balancer_arn_suffix = var.load_balancer.load_balancer_arn_suffix
  target_group_arn_suffix  = var.load_balancer.target_group_arn_suffix
  alarm_topic_arn          = aws_sns_topic.alarms.arn
}
