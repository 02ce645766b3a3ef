# CloudWatch has no 5xx metric for minutes without an error, and none at all without requests: missing means good.

locals {
  actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
  load_balancer = { LoadBalancer = var.load_balancer_arn_suffix }
  target        = merge(local.load_balancer, { TargetGroup = var.target_group_arn_suffix })
}

resource "aws_cloudwatch_metric_alarm" "balancer_5xx" {
  alarm_name          = "${var.name_prefix}-alb-5xx"
  alarm_description   = "The load balancer itself answered 5xx, more than once in 5 minutes, twice. docs/operations.md#alarm-alb-5xx"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_ELB_5XX_Count"
  dimensions          = local.load_balancer
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "target_5xx" {
  alarm_name          = "${var.name_prefix}-target-5xx"
  alarm_description   = "The application answered 5xx, more than once in 5 minutes, twice. docs/operations.md#alarm-target-5xx"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_Target_5XX_Count"
  dimensions          = local.target
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.actions
  ok_actions          = local.actions
}

resource "aws_cloudwatch_metric_alarm" "response_time" {
  alarm_name          = "${var.name_prefix}-response-time"
  alarm_description   = "One request in ten took longer than 1.5 s, for 5 minutes, twice. docs/operations.md#alarm-response-time"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "TargetResponseTime"
  dimensions          = local.target
  extended_statistic  = "p90"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1.5
  period              = 300
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  # Three clerks make few requests; to wait for a hundred of them would be to never ring.
  evaluate_low_sample_count_percentiles = "evaluate"
  alarm_actions                         = local.actions
  ok_actions                            = local.actions
}
