# --- audit-evidence: what happened in the last 24 hours ---

data "aws_iam_policy_document" "audit_evidence" {
  statement {
    actions = [
      "cloudtrail:LookupEvents",
      "config:DescribeComplianceByConfigRule",
      "config:DescribeConfigurationRecorderStatus",
      "config:SelectResourceConfig",
    ]
    resources = ["*"]
  }
}

# --- rds-snapshot: a restore rehearsed beside the real database ---

locals {
  database_arn  = "arn:aws:rds:${local.in_region}:db:${local.database.database_identifier}"
  rehearsals    = "papyrus-restore-*"
  rehearsal_db  = "arn:aws:rds:${local.in_region}:db:${local.rehearsals}"
  rehearsal_rds = [local.rehearsal_db, "arn:aws:rds:${local.in_region}:snapshot:${local.rehearsals}"]
}

data "aws_iam_policy_document" "rds_snapshot" {
  source_policy_documents = [data.aws_iam_policy_document.run_task.json]

  # Looking finds what an earlier rehearsal left behind, whatever it is called.
  statement {
    actions   = ["rds:DescribeDBInstances", "rds:DescribeDBSnapshots"]
    resources = ["arn:aws:rds:${local.in_region}:db:*", "arn:aws:rds:${local.in_region}:snapshot:*"]
  }

  statement {
    actions   = ["rds:CreateDBSnapshot"]
    resources = concat([local.database_arn], local.rehearsal_rds)
  }

  statement {
    actions = ["rds:RestoreDBInstanceFromDBSnapshot"]
    resources = concat(local.rehearsal_rds, [
      "arn:aws:rds:${local.in_region}:og:default:postgres-16",
      "arn:aws:rds:${local.in_region}:pg:${local.name}-postgres16",
      "arn:aws:rds:${local.in_region}:subgrp:${local.name}",
    ])
  }

  statement {
    actions   = ["rds:AddTagsToResource", "rds:DeleteDBInstance", "rds:DeleteDBSnapshot"]
    resources = local.rehearsal_rds
  }

  # RDS opens the storage of the restored instance with the same key.
  statement {
    actions   = ["kms:CreateGrant", "kms:DescribeKey"]
    resources = [local.database.secret_kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["rds.${var.region}.amazonaws.com"]
    }
  }
}
