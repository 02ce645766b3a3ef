# --- ecr-push: image in, digest out ---

locals {
  repository_arn = "arn:aws:ecr:${local.in_region}:repository/${local.service.repository_name}"
  cluster_arn    = "arn:aws:ecs:${local.in_region}:cluster/${local.service.cluster_name}"
  task_arns      = ["arn:aws:ecs:${local.in_region}:task/${local.service.cluster_name}/*"]
  log_group_arn  = "arn:aws:logs:${local.in_region}:log-group:${local.service.log_group_name}"
  role_arns      = [local.service.execution_role_arn, local.service.task_role_arn]

  service_arns = [for name in [local.service.web_service_name, local.service.worker_service_name] :
    "arn:aws:ecs:${local.in_region}:service/${local.service.cluster_name}/${name}"
  ]
  task_definition_arns = [
    for family in [local.service.web_task_family, local.service.worker_task_family, local.service.migrate_task_family] :
    "arn:aws:ecs:${local.in_region}:task-definition/${family}:*"
  ]
}

data "aws_iam_policy_document" "ecr_push" {
  statement {
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:DescribeImageScanFindings",
      "ecr:DescribeImages",
      "ecr:DescribeRepositories",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = [local.repository_arn]
  }
}

# --- Running a task and reading what it printed: ecs-deploy and rds-snapshot ---

data "aws_iam_policy_document" "run_task" {
  statement {
    actions   = ["ecs:DescribeTaskDefinition"]
    resources = ["*"]
  }

  statement {
    actions   = ["ecs:RunTask"]
    resources = local.task_definition_arns

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [local.cluster_arn]
    }
  }

  statement {
    actions   = ["ecs:DescribeTasks", "ecs:StopTask"]
    resources = local.task_arns
  }

  statement {
    actions   = ["ecs:DescribeServices"]
    resources = local.service_arns
  }

  statement {
    actions   = ["logs:GetLogEvents"]
    resources = ["${local.log_group_arn}:log-stream:*"]
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = local.role_arns

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }
}

# --- ecs-deploy: migrate, replace, check ---

data "aws_iam_policy_document" "ecs_deploy" {
  source_policy_documents = [data.aws_iam_policy_document.run_task.json]

  # Migrations sign in as the owner of the tables; who may not pass these roles can start none.
  statement {
    actions   = ["iam:PassRole"]
    resources = local.service.migrate_role_arns

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }

  statement {
    actions   = ["ecr:DescribeImages", "ecr:DescribeRepositories"]
    resources = [local.repository_arn]
  }

  statement {
    actions   = ["ecs:RegisterTaskDefinition"]
    resources = ["*"]
  }

  statement {
    actions   = ["ecs:TagResource"]
    resources = local.task_definition_arns

    condition {
      test     = "StringEquals"
      variable = "ecs:CreateAction"
      values   = ["RegisterTaskDefinition"]
    }
  }

  statement {
    actions   = ["ecs:UpdateService"]
    resources = local.service_arns
  }

  statement {
    actions   = ["ecs:ListTasks"]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [local.cluster_arn]
    }
  }
}

# --- ecs-scale: more, fewer or no tasks ---

data "aws_iam_policy_document" "ecs_scale" {
  statement {
    actions   = ["ecs:DescribeServices", "ecs:UpdateService"]
    resources = local.service_arns
  }

  statement {
    actions = ["cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"]
    resources = [for kind in ["web", "worker"] :
      "arn:aws:cloudwatch:${local.in_region}:alarm:${local.name}-no-running-task-${kind}"
    ]
  }
}
