locals {
  name    = "papyrus-${var.environment}"
  network = data.terraform_remote_state.network.outputs
}

# One key for the rows and for the password that opens them. Its own, so that a role needs it beside the secret.
resource "aws_kms_key" "database" {
  description             = "Database of ${local.name} and its secrets"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  # checkov:skip=CKV2_AWS_64:The default policy is meant: the account decides by IAM who uses the key.
}

resource "aws_kms_alias" "database" {
  name          = "alias/${local.name}-database"
  target_key_id = aws_kms_key.database.key_id
}

resource "aws_db_subnet_group" "this" {
  name        = local.name
  description = "Private subnets of ${local.name}"
  subnet_ids  = values(local.network.private_subnets)
}

resource "aws_db_parameter_group" "this" {
  name        = "${local.name}-postgres16"
  description = "PostgreSQL 16 of ${local.name}"
  family      = "postgres16"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # A statement stands in the log with its values, a password of `alter role` among them. Performance Insights tells
  # which statements are slow, without values.
  parameter {
    name  = "log_statement"
    value = "none"
  }

  parameter {
    name  = "log_min_error_statement"
    value = "panic"
  }

  parameter {
    name  = "log_lock_waits"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Made before the database would make them, so that their lines do not stay for ever.
resource "aws_cloudwatch_log_group" "database" {
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${local.name}/${each.key}"
  retention_in_days = var.log_retention_days

  # checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts with a key of its own; no statements are logged, but the detail of an error may name a value.
}

resource "aws_db_instance" "this" {
  identifier        = local.name
  engine            = "postgres"
  engine_version    = "16"
  instance_class    = var.instance_class
  multi_az          = var.multi_az
  db_name           = "papyrus"
  port              = 5432
  username          = "papyrus"
  storage_type      = "gp3"
  allocated_storage = var.storage_gib

  max_allocated_storage = var.max_storage_gib
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.database.arn

  # Sent to AWS and kept in no state; a higher version sends a new one.
  password_wo         = local.passwords["administrator"]
  password_wo_version = var.password_version

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [local.network.database_security_group_id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name

  # By night in Japan, 01:00 to 02:00, and on Sunday there from 03:00 to 04:00.
  backup_retention_period    = var.backup_retention_days
  backup_window              = "16:00-17:00"
  maintenance_window         = "sat:18:00-sat:19:00"
  auto_minor_version_upgrade = true
  copy_tags_to_snapshot      = true

  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = var.skip_final_snapshot
  apply_immediately         = var.apply_immediately
  final_snapshot_identifier = "${local.name}-final"

  enabled_cloudwatch_logs_exports       = keys(aws_cloudwatch_log_group.database)
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = aws_kms_key.database.arn
  performance_insights_retention_period = 7

  # checkov:skip=CKV_AWS_118:Performance Insights and the alarms of 30-monitor tell enough at this size.
  # checkov:skip=CKV_AWS_161:The application signs in with a password that is rotated; tokens would end every 15 minutes.
}
