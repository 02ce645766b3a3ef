mock_provider "aws" {
  source = "../mocks"
}

variables {
  name_prefix              = "papyrus-prd"
  load_balancer_arn_suffix = "app/mock/0123456789abcdef"
  target_group_arn_suffix  = "targetgroup/mock/0123456789abcdef"
}

run "alarms" {
  module {
    source = "../modules/load-balancer-alarms"
  }

  assert {
    condition = alltrue([for alarm in [aws_cloudwatch_metric_alarm.balancer_5xx, aws_cloudwatch_metric_alarm.target_5xx] :
      alarm.threshold == 1 && alarm.comparison_operator == "GreaterThanThreshold" && alarm.statistic == "Sum"
    ])
    error_message = "More than one 5xx must ring, counted at the load balancer and at the target."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.response_time.threshold == 1.5 && aws_cloudwatch_metric_alarm.response_time.extended_statistic == "p90"
    error_message = "A p90 above 1.5 s must ring."
  }

  assert {
    condition = alltrue([for alarm in [
      aws_cloudwatch_metric_alarm.balancer_5xx, aws_cloudwatch_metric_alarm.target_5xx, aws_cloudwatch_metric_alarm.response_time,
    ] : alarm.period == 300 && alarm.evaluation_periods == 2 && alarm.datapoints_to_alarm == 2 && alarm.treat_missing_data == "notBreaching"])
    error_message = "Two periods of 5 minutes must ring, and silence must not."
  }
}

run "refuses_what_is_no_load_balancer" {
  command = plan

  module {
    source = "../modules/load-balancer-alarms"
  }

  variables {
    name_prefix              = "other"
    load_balancer_arn_suffix = "net/mock/0123456789abcdef"
    target_group_arn_suffix  = "mock"
  }

  expect_failures = [var.name_prefix, var.load_balancer_arn_suffix, var.target_group_arn_suffix]
}
