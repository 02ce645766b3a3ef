output "load_balancer_arn" {
  description = "Load balancer."
  value       = aws_lb.this.arn
}

output "load_balancer_dns_name" {
  description = "Name under which the load balancer answers on port 80."
  value       = aws_lb.this.dns_name
}

output "load_balancer_zones" {
  description = "Availability zones in which the load balancer has a subnet; targets elsewhere get no requests."
  value       = sort(keys(local.network.public_subnets))
}

output "target_group_arn" {
  description = "Target group to register the tasks' addresses in."
  value       = aws_lb_target_group.this.arn
}

output "listener_arn" {
  description = "Listener on port 80."
  value       = aws_lb_listener.http.arn
}

output "load_balancer_security_group_id" {
  description = "Security group the load balancer wears."
  value       = aws_security_group.load_balancer.id
}

output "task_ingress_rule_id" {
  description = "Rule that lets the load balancer into the tasks' security group."
  value       = aws_vpc_security_group_ingress_rule.task_from_load_balancer.security_group_rule_id
}
