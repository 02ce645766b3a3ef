# Refused connections only: they tell of attacks and of forgotten rules, and cost cents.

data "aws_caller_identity" "current" {}

resource "aws_flow_log" "refused" {
  vpc_id               = aws_vpc.this.id
  traffic_type         = "REJECT"
  log_destination_type = "cloud-watch-logs"
  log_destination      = aws_cloudwatch_log_group.refused.arn
  iam_role_arn         = aws_iam_role.flow_log.arn

  tags = { Name = "${local.name}-refused" }
}

resource "aws_cloudwatch_log_group" "refused" {
  name              = "/vpc/papyrus/refused"
  retention_in_days = var.flow_log_retention_days

  # checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts with a key of its own; addresses are no secret worth a key's price.
}

resource "aws_iam_role" "flow_log" {
  name               = "${local.name}-flow-log"
  assume_role_policy = data.aws_iam_policy_document.flow_log_trust.json
}

data "aws_iam_policy_document" "flow_log_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "flow_log" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    resources = ["${aws_cloudwatch_log_group.refused.arn}:*"]
  }

  # AWS states both as needed, though the group is here already.
  statement {
    actions   = ["logs:CreateLogGroup"]
    resources = [aws_cloudwatch_log_group.refused.arn, "${aws_cloudwatch_log_group.refused.arn}:*"]
  }

  statement {
    actions   = ["logs:DescribeLogGroups"]
    resources = ["arn:aws:logs:${var.region}:${data.aws_caller_identity.current.account_id}:log-group:*"]
  }
}

resource "aws_iam_role_policy" "flow_log" {
  name   = "write"
  role   = aws_iam_role.flow_log.id
  policy = data.aws_iam_policy_document.flow_log.json
}
