# Three sign-ins: the administrator makes the two others (manage.py create_database_roles), the owner migrates, the
# application serves. The passwords are made and written to the secrets within one apply, and kept nowhere else. That of
# the administrator is sent to the database in the same apply; the two others get there by the task database-roles.

locals {
  sign_ins = {
    administrator = { secret = "db-admin", user = aws_db_instance.this.username, description = "How an administrator signs in to the database" }
    owner         = { secret = "db-owner", user = "papyrus_owner", description = "How migrations sign in to the database" }
    application   = { secret = "db", user = "papyrus_app", description = "How the application signs in to the database" }
  }
  passwords = {
    for name in ["administrator", "owner", "application"] :
    name => coalesce(var.played_password, try(ephemeral.aws_secretsmanager_random_password.database[name].random_password, null))
  }
}

ephemeral "aws_secretsmanager_random_password" "database" {
  provider = aws.password
  for_each = var.played_password == null ? toset(["administrator", "owner", "application"]) : toset([])

  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "database" {
  for_each = local.sign_ins

  name                    = "papyrus/${var.environment}/${each.value.secret}"
  description             = each.value.description
  kms_key_id              = aws_kms_key.database.arn
  recovery_window_in_days = var.recovery_days

  # checkov:skip=CKV2_AWS_57:Rotated by raising password_version and running database-roles; see docs/operations.md.
}

moved {
  from = aws_secretsmanager_secret.database
  to   = aws_secretsmanager_secret.database["application"]
}

resource "aws_secretsmanager_secret_version" "database" {
  for_each = local.sign_ins

  secret_id = aws_secretsmanager_secret.database[each.key].id

  secret_string_wo = jsonencode({
    host     = aws_db_instance.this.address
    port     = tostring(aws_db_instance.this.port)
    db       = aws_db_instance.this.db_name
    user     = each.value.user
    password = local.passwords[each.key]
  })
  secret_string_wo_version = var.password_version
}

moved {
  from = aws_secretsmanager_secret_version.database
  to   = aws_secretsmanager_secret_version.database["application"]
}
