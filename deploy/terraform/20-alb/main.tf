# A load balancer for as long as a smoke run takes. Every name carries the run's id, so that what a killed run left
# behind is in nobody's way.

locals {
  name    = "papyrus-${var.run_id}"
  network = data.terraform_remote_state.network.outputs
}

resource "aws_security_group" "load_balancer" {
  name        = "${local.name}-alb"
  description = "Load balancer of smoke run ${var.run_id}"
  vpc_id      = local.network.vpc_id

  tags = { Name = "${local.name}-alb" }
}

resource "aws_vpc_security_group_ingress_rule" "http" {
  for_each = var.allowed_cidrs

  security_group_id = aws_security_group.load_balancer.id
  description       = "HTTP"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = each.value

  # checkov:skip=CKV_AWS_260:A load balancer is there to be called, and a runner's address is not known before.
}

resource "aws_vpc_security_group_egress_rule" "to_task" {
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "Tasks"
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
  referenced_security_group_id = local.network.task_security_group_id
}

resource "aws_vpc_security_group_ingress_rule" "task_from_load_balancer" {
  security_group_id            = local.network.task_security_group_id
  description                  = "Load balancer of smoke run ${var.run_id}"
  ip_protocol                  = "tcp"
  from_port                    = var.container_port
  to_port                      = var.container_port
  referenced_security_group_id = aws_security_group.load_balancer.id
}

resource "aws_lb" "this" {
  name                       = local.name
  load_balancer_type         = "application"
  internal                   = false
  security_groups            = [aws_security_group.load_balancer.id]
  subnets                    = values(local.network.public_subnets)
  idle_timeout               = 60
  drop_invalid_header_fields = true
  enable_deletion_protection = false

  # checkov:skip=CKV_AWS_91:It lives for minutes, and each request has its line in the application's log.
  # checkov:skip=CKV_AWS_150:It is made to be destroyed in the same run.
  # checkov:skip=CKV2_AWS_20:It has no name a certificate could be for; see CKV_AWS_2 at the listener.
  # checkov:skip=CKV2_AWS_28:A firewall costs more than the minutes it would guard, and everything but probes needs sign-in.
}

resource "aws_lb_target_group" "this" {
  name                 = local.name
  vpc_id               = local.network.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = var.container_port
  deregistration_delay = 30

  health_check {
    protocol            = "HTTP"
    path                = "/healthz"
    port                = "traffic-port"
    matcher             = "200-399"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }

  # checkov:skip=CKV_AWS_378:Inside the VPC, from one security group to the other; the container has no certificate.
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTP"
  port              = 80

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }

  # checkov:skip=CKV_AWS_2:A certificate needs a name of ours; the run only reads the two probes, which hold no secret.
  # checkov:skip=CKV_AWS_103:There is no TLS on this listener; see CKV_AWS_2.
}

module "alarms" {
  source = "../modules/load-balancer-alarms"

  name_prefix              = local.name
  load_balancer_arn_suffix = aws_lb.this.arn_suffix
  target_group_arn_suffix  = aws_lb_target_group.this.arn_suffix
  alarm_topic_arn          = var.alarm_topic_arn
}
