mock_provider "aws" {
  source = "../mocks"
}

run "network" {
  assert {
    condition     = join(" ", keys(output.public_subnets)) == "us-west-2a us-west-2b us-west-2c"
    error_message = "There must be a public subnet in each of 2a, 2b and 2c."
  }

  assert {
    condition     = join(" ", keys(output.private_subnets)) == "us-west-2a us-west-2b"
    error_message = "There must be a private subnet in 2a and in 2b."
  }

  assert {
    condition     = alltrue([for subnet in aws_subnet.public : !subnet.map_public_ip_on_launch])
    error_message = "Only what asks for a public address may get one."
  }

  assert {
    condition     = length(aws_route_table.private.route) == 0
    error_message = "The private subnets must have no way out."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.database_from_task.referenced_security_group_id == aws_security_group.task.id
    error_message = "PostgreSQL must be open to the tasks' security group."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.database_from_task.cidr_ipv4 == null && aws_vpc_security_group_ingress_rule.database_from_task.cidr_ipv6 == null
    error_message = "PostgreSQL must not be open to addresses."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.database_from_task.from_port == 5432 && aws_vpc_security_group_ingress_rule.database_from_task.to_port == 5432
    error_message = "Nothing but port 5432 must be open."
  }
}

run "refuses_what_aws_has_not" {
  command = plan

  variables {
    region                  = "Oregon"
    environment             = "production-of-ours"
    vpc_cidr                = "10.40.0.0/20"
    public_zones            = ["a"]
    private_zones           = ["a", "a"]
    flow_log_retention_days = 31
  }

  expect_failures = [
    var.region,
    var.environment,
    var.vpc_cidr,
    var.public_zones,
    var.private_zones,
    var.flow_log_retention_days,
  ]
}
