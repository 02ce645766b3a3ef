# The password is made, sent to the database and written to the secret within one apply, and kept nowhere else. When an
# apply breaks off between the two, raise password_version once more and apply again.

ephemeral "aws_secretsmanager_random_password" "database" {
  provider = aws.password
  count    = var.played_password == null ? 1 : 0

  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "database" {
  name                    = "papyrus/${var.environment}/db"
  description             = "How the application signs in to the database"
  kms_key_id              = aws_kms_key.database.arn
  recovery_window_in_days = var.recovery_days

  # checkov:skip=CKV2_AWS_57:Rotated by raising password_version, which keeps database and secret in step; see docs/operations.md.
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret.database.id

  secret_string_wo = jsonencode({
    host     = aws_db_instance.this.address
    port     = tostring(aws_db_instance.this.port)
    db       = aws_db_instance.this.db_name
    user     = aws_db_instance.this.username
    password = coalesce(var.played_password, one(ephemeral.aws_secretsmanager_random_password.database[*].random_password))
  })
  secret_string_wo_version = var.password_version
}
