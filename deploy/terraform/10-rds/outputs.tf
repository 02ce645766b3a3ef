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
  description = "Secret with the keys host, port, db, user and password."
  value       = aws_secretsmanager_secret.database.arn
}

output "secret_kms_key_arn" {
  description = "Key that encrypts the application's secrets."
  value       = aws_kms_key.database.arn
}
