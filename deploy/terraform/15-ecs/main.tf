locals {
  name           = "papyrus-${var.environment}"
  network        = data.terraform_remote_state.network.outputs
  database       = data.terraform_remote_state.database.outputs
  account_id     = data.aws_caller_identity.current.account_id
  container_name = "papyrus"
  container_port = 5000
}

data "aws_caller_identity" "current" {}

resource "aws_ecr_repository" "this" {
  name                 = "papyrus"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = var.force_destroy

  image_scanning_configuration {
    scan_on_push = true
  }

  # checkov:skip=CKV_AWS_136:Encrypted with ECR's own key; an image holds no secret.
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      # Each push to main makes one, and the one that runs must never be among the oldest that go.
      description = "Five hundred images are enough to go back to"
      selection   = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 500 }
      action      = { type = "expire" }
    }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/papyrus"
  retention_in_days = var.log_retention_days

  # checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts with a key of its own; the log holds neither secrets nor personal data.
}

resource "aws_ecs_cluster" "this" {
  name = local.name

  # The alarm on missing tasks reads its metrics.
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_service" "web" {
  name                               = "${local.name}-web"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.this["web"].arn
  desired_count                      = var.web_desired_count
  launch_type                        = "FARGATE"
  availability_zone_rebalancing      = "ENABLED"
  propagate_tags                     = "SERVICE"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = values(local.network.public_subnets)
    security_groups  = [local.network.task_security_group_id]
    assign_public_ip = true
  }

  # The release says which image runs, the operator how many tasks; Terraform must not turn either back.
  lifecycle {
    ignore_changes = [task_definition, desired_count]
  }

  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.task]

  # checkov:skip=CKV_AWS_333:An address of its own is the cheapest way out; nobody but a load balancer gets in (00-network).
}

resource "aws_ecs_service" "worker" {
  name            = "${local.name}-worker"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this["worker"].arn
  desired_count   = var.worker_desired_count
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"
  # Never two at once: the old one stops before the new one starts.
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = values(local.network.public_subnets)
    security_groups  = [local.network.task_security_group_id]
    assign_public_ip = true
  }

  lifecycle {
    ignore_changes = [task_definition, desired_count]
  }

  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.task]

  # checkov:skip=CKV_AWS_333:An address of its own is the cheapest way out; nobody but a load balancer gets in (00-network).
}
