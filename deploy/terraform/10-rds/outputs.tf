output "database_identifier" {
  description = "Name of the RDS instance."
  value       = aws_db_instance.this.identifier
}

output "database_address" {
  description = "Host name of the database."
  value       = aws_db_instance.this.address
}

output "database_port" {
  description = "Port of the database."
  value       = aws_db_instance.this.port
}

output "database_secret_arn" {
  description = "Secret of the application, with the keys host, port, db, user and password."
  value       = aws_secretsmanager_secret.database["application"].arn
}

output "database_owner_secret_arn" {
  description = "Secret with the same keys, for migrations."
  value       = aws_secretsmanager_secret.database["owner"].arn
}

output "database_administrator_secret_arn" {
  description = "Secret with the same keys, of the role that makes the others."
  value       = aws_secretsmanager_secret.database["administrator"].arn
}

output "secret_kms_key_arn" {
  description = "Key that encrypts the application's secrets."
  value       = aws_kms_key.database.arn
}
