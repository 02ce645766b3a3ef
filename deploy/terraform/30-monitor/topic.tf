data "aws_caller_identity" "current" {}

resource "aws_sns_topic" "alarms" {
  name = "${local.name}-alarms"

  # checkov:skip=CKV_AWS_26:Alarms name thresholds, not customers; CloudWatch cannot use SNS's own key, and another costs a dollar a month.
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.topic.json
}

data "aws_iam_policy_document" "topic" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }

  # Without a condition: EventBridge tells SNS nothing that one could ask for, and AWS says that none may stand here.
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.notified_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}
