output "cluster_name" {
  description = "ECS cluster."
  value       = aws_ecs_cluster.this.name
}

output "web_service_name" {
  description = "Service that answers requests."
  value       = aws_ecs_service.web.name
}

output "worker_service_name" {
  description = "Service that archives what waits."
  value       = aws_ecs_service.worker.name
}

output "web_task_family" {
  description = "Family of the web service's task definitions."
  value       = aws_ecs_task_definition.this["web"].family
}

output "worker_task_family" {
  description = "Family of the worker service's task definitions."
  value       = aws_ecs_task_definition.this["worker"].family
}

output "migrate_task_family" {
  description = "Family of the task definitions that migrate the database."
  value       = aws_ecs_task_definition.this["migrate"].family
}

output "database_roles_task_family" {
  description = "Family of the task definitions that make the roles of the database."
  value       = aws_ecs_task_definition.this["database-roles"].family
}

output "log_group_name" {
  description = "Log group of all tasks."
  value       = aws_cloudwatch_log_group.this.name
}

output "repository_url" {
  description = "Address to push images to."
  value       = aws_ecr_repository.this.repository_url
}

output "repository_name" {
  description = "Name of the image repository."
  value       = aws_ecr_repository.this.name
}

output "archive_bucket" {
  description = "Bucket of issued notes."
  value       = aws_s3_bucket.archive.bucket
}

output "task_role_arn" {
  description = "Role the application runs with."
  value       = aws_iam_role.task.arn
}

output "execution_role_arn" {
  description = "Role ECS starts the services' tasks with."
  value       = aws_iam_role.execution["execution"].arn
}

output "migrate_role_arns" {
  description = "Roles of the task that migrates: the one it runs with, and the one ECS starts it with."
  value       = [aws_iam_role.migrate.arn, aws_iam_role.execution["execution-migrate"].arn]
}

output "container_name" {
  description = "Name of the container in each task."
  value       = local.container_name
}

output "container_port" {
  description = "Port on which the web container answers."
  value       = local.container_port
}
