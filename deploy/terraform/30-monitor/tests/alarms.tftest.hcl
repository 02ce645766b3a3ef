mock_provider "aws" {
  source = "../mocks"
}

override_data {
  target = data.terraform_remote_state.database
  values = {
    outputs = {
      database_identifier = "papyrus-prd"
      database_address    = "papyrus-prd.mock.us-west-2.rds.amazonaws.com"
      database_port       = 5432
      database_secret_arn = "arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/db-mock"
      secret_kms_key_arn  = "arn:aws:kms:us-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
    }
  }
}

override_data {
  target = data.terraform_remote_state.service
  values = {
    outputs = {
      cluster_name        = "papyrus-prd"
      web_service_name    = "papyrus-prd-web"
      worker_service_name = "papyrus-prd-worker"
      web_task_family     = "papyrus-web"
      worker_task_family  = "papyrus-worker"
      migrate_task_family = "papyrus-migrate"
      log_group_name      = "/ecs/papyrus"
      repository_name     = "papyrus"
      execution_role_arn  = "arn:aws:iam::123456789012:role/papyrus-prd-execution"
      task_role_arn       = "arn:aws:iam::123456789012:role/papyrus-prd-task"
    }
  }
}

variables {
  state_bucket = "papyrus-prd-state-123456789012"
}

run "alarms" {
  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.ecs_memory :
      alarm.threshold == 80 && alarm.statistic == "Average" && alarm.period == 300 && alarm.evaluation_periods == 2
    ])
    error_message = "Memory above 80 % on average, for 5 minutes, twice, must ring."
  }

  assert {
    condition     = alltrue([for alarm in values(aws_cloudwatch_metric_alarm.ecs_memory) : alarm.treat_missing_data == "notBreaching"])
    error_message = "A service scaled to 0 must not ring."
  }

  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.no_running_task :
      alarm.metric_name == "RunningTaskCount" && alarm.statistic == "Maximum" && alarm.period == 60 &&
      alarm.comparison_operator == "LessThanThreshold" && alarm.threshold == 1 &&
      alarm.evaluation_periods == 5 && alarm.datapoints_to_alarm == 5 && alarm.treat_missing_data == "breaching"
    ])
    error_message = "No running task for 5 minutes must ring, also when nothing is reported."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.no_running_task : !alarm.actions_enabled])
    error_message = "Before the first task runs no alarm may ask for one."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.rds_storage.threshold == 1610612736 && aws_cloudwatch_metric_alarm.rds_storage.comparison_operator == "LessThanThreshold"
    error_message = "Less than 1.5 GiB of free storage must ring."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.rds_cpu.threshold == 80 && aws_cloudwatch_metric_alarm.rds_connections.threshold == 120
    error_message = "80 % of CPU and 120 connections are the limits."
  }

  assert {
    condition     = length(output.alarm_names) == 7
    error_message = "Without a permanent load balancer there must be no alarm on one."
  }
}

run "permanent_load_balancer" {
  variables {
    load_balancer = {
      load_balancer_arn_suffix = "app/papyrus/0123456789abcdef"
      target_group_arn_suffix  = "targetgroup/papyrus/0123456789abcdef"
    }
  }

  assert {
    condition     = length(output.alarm_names) == 10 && contains(output.alarm_names, "papyrus-prd-target-5xx")
    error_message = "A permanent load balancer must have its alarms."
  }
}

run "refuses_limits_that_are_none" {
  command = plan

  variables {
    notified_emails          = ["operators"]
    minimum_free_storage_gib = 0
    maximum_connections      = 1
  }

  expect_failures = [var.notified_emails, var.minimum_free_storage_gib, var.maximum_connections]
}
