output "roles" {
  description = "Role by workflow, for the variable that the workflow reads."
  value       = { for workflow, role in aws_iam_role.workflow : workflow => role.arn }
}
