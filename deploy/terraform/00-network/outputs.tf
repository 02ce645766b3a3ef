output "vpc_id" {
  description = "VPC of everything."
  value       = aws_vpc.this.id
}

output "public_subnets" {
  description = "Public subnet by availability zone, for load balancer and tasks."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "private_subnets" {
  description = "Private subnet by availability zone, for the database."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "task_security_group_id" {
  description = "Security group the tasks wear."
  value       = aws_security_group.task.id
}

output "database_security_group_id" {
  description = "Security group the database wears."
  value       = aws_security_group.database.id
}
