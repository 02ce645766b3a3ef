# --- alb-smoke: a load balancer made, asked and destroyed. It may touch nothing that is not tagged as temporary. ---

locals {
  balancer_arns = "arn:aws:elasticloadbalancing:${local.in_region}:loadbalancer/app/papyrus-*/*"
  listener_arns = "arn:aws:elasticloadbalancing:${local.in_region}:listener/app/papyrus-*/*/*"
  target_arns   = "arn:aws:elasticloadbalancing:${local.in_region}:targetgroup/papyrus-*/*"
  alarm_arns    = "arn:aws:cloudwatch:${local.in_region}:alarm:papyrus-*"
  group_arns    = "arn:aws:ec2:${local.in_region}:security-group/*"
  rule_arns     = "arn:aws:ec2:${local.in_region}:security-group-rule/*"
  task_group    = "arn:aws:ec2:${local.in_region}:security-group/${local.network.task_security_group_id}"
  smoke_state   = "arn:aws:s3:::${var.state_bucket}/20-alb.tfstate"
}

data "aws_iam_policy_document" "alb_smoke" {
  source_policy_documents = [
    data.aws_iam_policy_document.smoke_reads.json,
    data.aws_iam_policy_document.smoke_state.json,
    data.aws_iam_policy_document.smoke_balancer.json,
    data.aws_iam_policy_document.smoke_groups.json,
  ]
}

data "aws_iam_policy_document" "smoke_reads" {
  statement {
    actions = [
      # Elastic Load Balancing asks it in our name for the first load balancer of an account.
      "ec2:DescribeAccountAttributes",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroupRules",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
      "elasticloadbalancing:DescribeCapacityReservation",
      "elasticloadbalancing:DescribeListenerAttributes",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "tag:GetResources",
    ]
    resources = ["*"]
  }

  statement {
    actions   = ["cloudwatch:DescribeAlarms"]
    resources = ["arn:aws:cloudwatch:${local.in_region}:alarm:*"]
  }

  statement {
    actions   = ["cloudwatch:ListTagsForResource"]
    resources = ["arn:aws:cloudwatch:${local.in_region}:alarm:*"]
  }

  statement {
    actions   = ["ecs:DescribeServices"]
    resources = local.service_arns
  }

  statement {
    actions   = ["ecs:DescribeTasks"]
    resources = local.task_arns
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

  statement {
    actions   = ["logs:FilterLogEvents"]
    resources = [local.log_group_arn, "${local.log_group_arn}:*"]
  }

  # The drift check compares the secret's host and port with the database's.
  statement {
    actions   = ["rds:DescribeDBInstances"]
    resources = [local.database_arn]
  }

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
}

data "aws_iam_policy_document" "smoke_state" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${var.state_bucket}"]
  }

  statement {
    actions = ["s3:GetObject"]
    resources = [for stack in ["00-network", "10-rds", "15-ecs", "30-monitor"] :
      "arn:aws:s3:::${var.state_bucket}/${stack}.tfstate"
    ]
  }

  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = [local.smoke_state]
  }

  statement {
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${local.smoke_state}.tflock"]
  }
}

data "aws_iam_policy_document" "smoke_balancer" {
  statement {
    actions = [
      "elasticloadbalancing:CreateListener",
      "elasticloadbalancing:CreateLoadBalancer",
      "elasticloadbalancing:CreateTargetGroup",
    ]
    resources = [local.balancer_arns, local.listener_arns, local.target_arns]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Ephemeral"
      values   = ["true"]
    }
  }

  statement {
    actions   = ["elasticloadbalancing:AddTags"]
    resources = [local.balancer_arns, local.listener_arns, local.target_arns]

    condition {
      test     = "StringEquals"
      variable = "elasticloadbalancing:CreateAction"
      values   = ["CreateListener", "CreateLoadBalancer", "CreateTargetGroup"]
    }
  }

  statement {
    actions = [
      "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteLoadBalancer",
      "elasticloadbalancing:DeleteTargetGroup",
      "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyTargetGroupAttributes",
      "elasticloadbalancing:RegisterTargets",
    ]
    resources = [local.balancer_arns, local.listener_arns, local.target_arns]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Ephemeral"
      values   = ["true"]
    }
  }

  statement {
    actions   = ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]
    resources = [local.alarm_arns]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Ephemeral"
      values   = ["true"]
    }
  }

  statement {
    actions   = ["cloudwatch:DeleteAlarms"]
    resources = [local.alarm_arns]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Ephemeral"
      values   = ["true"]
    }
  }

  # The first load balancer of an account makes the role that all of them work with.
  statement {
    actions = ["iam:CreateServiceLinkedRole"]
    resources = [
      "arn:aws:iam::${local.account_id}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing",
    ]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["elasticloadbalancing.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "smoke_groups" {
  statement {
    actions   = ["ec2:CreateSecurityGroup"]
    resources = ["arn:aws:ec2:${local.in_region}:vpc/${local.network.vpc_id}"]
  }

  statement {
    actions   = ["ec2:CreateSecurityGroup"]
    resources = [local.group_arns]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Ephemeral"
      values   = ["true"]
    }
  }

  statement {
    actions   = ["ec2:CreateTags"]
    resources = [local.group_arns, local.rule_arns]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateSecurityGroup"]
    }
  }

  statement {
    actions = [
      "ec2:AuthorizeSecurityGroupEgress",
      "ec2:AuthorizeSecurityGroupIngress",
      "ec2:DeleteNetworkInterface",
      "ec2:DeleteSecurityGroup",
      "ec2:RevokeSecurityGroupEgress",
      "ec2:RevokeSecurityGroupIngress",
    ]
    resources = [local.group_arns, "arn:aws:ec2:${local.in_region}:network-interface/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Ephemeral"
      values   = ["true"]
    }
  }

  statement {
    actions   = ["ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress"]
    resources = [local.rule_arns]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Ephemeral"
      values   = ["true"]
    }
  }

  # The one thing of ours it changes: the way into the tasks, opened and closed again.
  statement {
    actions   = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
    resources = [local.task_group]
  }
}
