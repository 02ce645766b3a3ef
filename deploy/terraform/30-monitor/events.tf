# What ECS says itself when it cannot start tasks, minutes before the alarm can know and whatever scaled the service.

resource "aws_cloudwatch_event_rule" "impaired" {
  name        = "${local.name}-impaired"
  description = "ECS cannot start or place tasks. docs/operations.md#alarm-no-running-task"

  event_pattern = jsonencode({
    source      = ["aws.ecs"]
    detail-type = ["ECS Service Action"]
    detail = {
      clusterArn = ["arn:aws:ecs:${var.region}:${data.aws_caller_identity.current.account_id}:cluster/${local.service.cluster_name}"]
      eventName  = ["SERVICE_TASK_START_IMPAIRED", "SERVICE_TASK_PLACEMENT_FAILURE"]
    }
  })
}

resource "aws_cloudwatch_event_target" "impaired" {
  rule = aws_cloudwatch_event_rule.impaired.name
  arn  = aws_sns_topic.alarms.arn
}
