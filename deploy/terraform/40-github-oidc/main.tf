# One role for each workflow, with what that workflow calls. Where a statement reads resources = ["*"], AWS knows no
# narrower one for these actions; the tests hold a list of them.

locals {
  name       = "papyrus-${var.environment}"
  issuer     = "token.actions.githubusercontent.com"
  account_id = data.aws_caller_identity.current.account_id
  in_region  = "${var.region}:${local.account_id}"
  network    = data.terraform_remote_state.this["network"].outputs
  database   = data.terraform_remote_state.this["database"].outputs
  service    = data.terraform_remote_state.this["service"].outputs

  from_branch      = "repo:${var.github_repository}:ref:refs/heads/${var.branch}"
  from_environment = "repo:${var.github_repository}:environment:${var.deployment_environment}"

  roles = {
    ecr-push       = { subject = local.from_branch, policy = data.aws_iam_policy_document.ecr_push.json }
    ecs-deploy     = { subject = local.from_environment, policy = data.aws_iam_policy_document.ecs_deploy.json }
    ecs-scale      = { subject = local.from_environment, policy = data.aws_iam_policy_document.ecs_scale.json }
    alb-smoke      = { subject = local.from_branch, policy = data.aws_iam_policy_document.alb_smoke.json }
    audit-evidence = { subject = local.from_branch, policy = data.aws_iam_policy_document.audit_evidence.json }
    rds-snapshot   = { subject = local.from_branch, policy = data.aws_iam_policy_document.rds_snapshot.json }
  }

  provider_arn = coalesce(var.oidc_provider_arn, one(aws_iam_openid_connect_provider.github[*].arn))
}

data "aws_caller_identity" "current" {}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.oidc_provider_arn == null ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  for_each = local.roles

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = [each.value.subject]
    }
  }
}

resource "aws_iam_role" "workflow" {
  for_each = local.roles

  name                 = "${local.name}-${each.key}"
  description          = "Workflow ${each.key} of ${var.github_repository}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = 7200
}

resource "aws_iam_role_policy" "workflow" {
  for_each = local.roles

  name   = "work"
  role   = aws_iam_role.workflow[each.key].id
  policy = each.value.policy
}
