output "topic_arn" {
  description = "SNS topic all alarms report to."
  value       = aws_sns_topic.alarms.arn
}

output "dashboard_name" {
  description = "CloudWatch dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = concat(local.alarms[*].alarm_name, flatten(module.load_balancer_alarms[*].alarm_names))
}
