# What the application is told at its start, beside the database's secret.

ephemeral "aws_secretsmanager_random_password" "django" {
  provider = aws.password
  count    = var.played_password == null ? 1 : 0

  password_length     = 64
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "django" {
  name                    = "papyrus/${var.environment}/django"
  description             = "Signs sessions and forms"
  kms_key_id              = local.database.secret_kms_key_arn
  recovery_window_in_days = var.recovery_days

  # checkov:skip=CKV2_AWS_57:A new key signs all users out, so a person decides when.
}

resource "aws_secretsmanager_secret_version" "django" {
  secret_id                = aws_secretsmanager_secret.django.id
  secret_string_wo         = jsonencode({ secret_key = coalesce(var.played_password, one(ephemeral.aws_secretsmanager_random_password.django[*].random_password)) })
  secret_string_wo_version = 1
}

# Made without a value: the provider makes it, and a person puts it in, so that no state and no plan ever holds it.
resource "aws_secretsmanager_secret" "auth0" {
  name                    = "papyrus/${var.environment}/auth0"
  description             = "client_secret, by which Papyrus proves itself to the sign-in service"
  kms_key_id              = local.database.secret_kms_key_arn
  recovery_window_in_days = var.recovery_days

  # checkov:skip=CKV2_AWS_57:The sign-in service makes a new one, and a person asks it to.
}

resource "aws_ssm_parameter" "auth0_callback_url" {
  name        = "/papyrus/${var.environment}/auth0/callback_url"
  description = "Address to which the sign-in service sends users back"
  type        = "String"
  value       = var.auth0_callback_url

  # checkov:skip=CKV2_AWS_34:The address is public: browsers are sent there.
}
