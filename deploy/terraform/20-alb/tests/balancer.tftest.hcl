mock_provider "aws" {
  source = "../mocks"
}

override_data {
  target = data.terraform_remote_state.network
  values = {
    outputs = {
      vpc_id                     = "vpc-mock"
      public_subnets             = { us-west-2a = "subnet-a", us-west-2b = "subnet-b", us-west-2c = "subnet-c" }
      private_subnets            = { us-west-2a = "subnet-d", us-west-2b = "subnet-e" }
      task_security_group_id     = "sg-task"
      database_security_group_id = "sg-database"
    }
  }
}

variables {
  state_bucket = "papyrus-prd-state-123456789012"
  run_id       = "20260131-090000-3f2a"
  expires_at   = "2026-01-31T10:00:00Z"
}

run "balancer" {
  assert {
    condition     = aws_lb_listener.http.port == 80 && aws_lb_listener.http.protocol == "HTTP"
    error_message = "The listener must be HTTP on port 80."
  }

  assert {
    condition     = aws_lb_target_group.this.target_type == "ip" && aws_lb_target_group.this.port == 5000
    error_message = "Targets must be addresses, on port 5000."
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/healthz" && aws_lb_target_group.this.health_check[0].matcher == "200-399"
    error_message = "Health is GET /healthz, answered by 200 to 399."
  }

  assert {
    condition = (aws_lb_target_group.this.health_check[0].interval == 10
      && aws_lb_target_group.this.health_check[0].healthy_threshold == 2
    && aws_lb_target_group.this.health_check[0].unhealthy_threshold == 2)
    error_message = "Health is asked every 10 s; two answers decide."
  }

  assert {
    condition     = length(aws_lb.this.subnets) == 3 && length(output.load_balancer_zones) == 3
    error_message = "The load balancer must be in all three zones."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.task_from_load_balancer.security_group_id == "sg-task" && aws_vpc_security_group_ingress_rule.task_from_load_balancer.referenced_security_group_id == aws_security_group.load_balancer.id
    error_message = "The tasks must let in this load balancer, and by its security group."
  }

  assert {
    condition     = length(aws_lb.this.name) <= 32 && length(aws_lb_target_group.this.name) <= 32
    error_message = "Names of load balancers have 32 characters at most."
  }

  assert {
    condition     = aws_lb.this.idle_timeout == 60
    error_message = "gunicorn's keep-alive is set for an idle timeout of 60 s."
  }
}

run "refuses_runs_that_are_none" {
  command = plan

  variables {
    run_id          = "Run 1"
    expires_at      = "tomorrow"
    allowed_cidrs   = ["everywhere"]
    container_port  = 80
    alarm_topic_arn = "alarms"
  }

  expect_failures = [
    var.run_id,
    var.expires_at,
    var.allowed_cidrs,
    var.container_port,
    var.alarm_topic_arn,
  ]
}

run "refuses_a_run_id_too_long_for_names_and_an_end_in_local_time" {
  command = plan

  variables {
    run_id     = "20260131-090000-3f2a-3f2a-3f2a"
    expires_at = "2026-01-31T10:00:00+09:00"
  }

  expect_failures = [var.run_id, var.expires_at]
}
