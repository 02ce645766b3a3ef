data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

# --- Execution roles: what ECS needs to start a task. Each kind of task gets its own sign-in to the database ---

locals {
  execution = {
    execution                = [local.database.database_secret_arn]
    execution-migrate        = [local.database.database_owner_secret_arn]
    execution-database-roles = [local.database.database_administrator_secret_arn, local.database.database_owner_secret_arn, local.database.database_secret_arn]
  }
}

resource "aws_iam_role" "execution" {
  for_each = local.execution

  name               = "${local.name}-${each.key}"
  description        = "ECS starts tasks of Papyrus with it"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

moved {
  from = aws_iam_role.execution
  to   = aws_iam_role.execution["execution"]
}

resource "aws_iam_role_policy" "execution" {
  for_each = local.execution

  name   = "start"
  role   = aws_iam_role.execution[each.key].id
  policy = data.aws_iam_policy_document.execution[each.key].json
}

moved {
  from = aws_iam_role_policy.execution
  to   = aws_iam_role_policy.execution["execution"]
}

data "aws_iam_policy_document" "execution" {
  for_each = local.execution

  # AWS knows no resource for this one.
  statement {
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [aws_ecr_repository.this.arn]
  }

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = concat(each.value, [aws_secretsmanager_secret.django.arn], each.key == "execution" ? [aws_secretsmanager_secret.auth0.arn] : [])
  }

  # Users sign in to the web task only.
  dynamic "statement" {
    for_each = each.key == "execution" ? [aws_ssm_parameter.auth0_callback_url.arn] : []

    content {
      actions   = ["ssm:GetParameters"]
      resources = [statement.value]
    }
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [local.database.secret_kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }
}

# --- Task role: what the application itself may do ---

resource "aws_iam_role" "task" {
  name               = "${local.name}-task"
  description        = "Papyrus runs with it"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "task" {
  name   = "run"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.task.json
}

data "aws_iam_policy_document" "task" {
  statement {
    actions   = ["ssm:GetParameter"]
    resources = ["arn:aws:ssm:${var.region}:${local.account_id}:parameter/papyrus/${var.environment}/*"]
  }

  # After a rotation the application reads the password again.
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [local.database.database_secret_arn]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [local.database.secret_kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }

  # Without the right to list, a missing file would look like a forbidden one.
  statement {
    actions   = ["s3:GetBucketObjectLockConfiguration", "s3:ListBucket"]
    resources = [aws_s3_bucket.archive.arn]
  }

  statement {
    actions   = ["s3:GetObject", "s3:PutObject", "s3:PutObjectRetention"]
    resources = ["${aws_s3_bucket.archive.arn}/*"]
  }
}

# --- Migrations: nothing but their own sign-in, read again after a rotation ---

resource "aws_iam_role" "migrate" {
  name               = "${local.name}-migrate"
  description        = "Migrations of Papyrus run with it"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "migrate" {
  name   = "run"
  role   = aws_iam_role.migrate.id
  policy = data.aws_iam_policy_document.migrate.json
}

data "aws_iam_policy_document" "migrate" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [local.database.database_owner_secret_arn]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [local.database.secret_kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }
}
