resource "aws_security_group" "task" {
  name        = "${local.name}-task"
  description = "Tasks of Papyrus. Only a load balancer's own stack adds a way in."
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.name}-task" }

  # checkov:skip=CKV2_AWS_5:The services of 15-ecs wear it; checkov sees one stack at a time.
}

resource "aws_vpc_security_group_egress_rule" "task_to_https" {
  security_group_id = aws_security_group.task.id
  description       = "Registry, logs, secrets, archive and sign-in"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "task_to_database" {
  security_group_id            = aws_security_group.task.id
  description                  = "PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database.id
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "PostgreSQL of Papyrus, for its tasks only"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${local.name}-database" }

  # checkov:skip=CKV2_AWS_5:The instance of 10-rds wears it; checkov sees one stack at a time.
}

resource "aws_vpc_security_group_ingress_rule" "database_from_task" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from the tasks"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.task.id
}
