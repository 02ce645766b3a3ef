mock_provider "aws" {
  source = "../mocks"
}

# Validates the ephemeral resource and, since the password is played, calls nobody.
provider "aws" {
  alias                       = "password"
  region                      = "us-west-2"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.terraform_remote_state.network
  values = {
    outputs = {
      vpc_id                     = "vpc-mock"
      public_subnets             = { us-west-2a = "subnet-a", us-west-2b = "subnet-b", us-west-2c = "subnet-c" }
      private_subnets            = { us-west-2a = "subnet-d", us-west-2b = "subnet-e" }
      task_security_group_id     = "sg-task"
      database_security_group_id = "sg-database"
    }
  }
}

variables {
  state_bucket    = "papyrus-prd-state-123456789012"
  played_password = "played"
}

run "database" {
  assert {
    condition     = aws_db_instance.this.engine == "postgres" && aws_db_instance.this.engine_version == "16"
    error_message = "The database must be PostgreSQL 16."
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && !aws_db_instance.this.publicly_accessible
    error_message = "The database must be encrypted and private."
  }

  assert {
    condition     = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.multi_az
    error_message = "By default the database must be protected, have a standby and leave a snapshot."
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period >= 7 && aws_db_instance.this.auto_minor_version_upgrade
    error_message = "The database must have backups and minor versions."
  }

  assert {
    condition     = length(aws_db_instance.this.vpc_security_group_ids) == 1 && contains(aws_db_instance.this.vpc_security_group_ids, "sg-database")
    error_message = "The database must wear its own security group and no other."
  }

  assert {
    condition     = one([for each in aws_db_parameter_group.this.parameter : each.value if each.name == "rds.force_ssl"]) == "1"
    error_message = "rds.force_ssl must be 1."
  }

  assert {
    condition = { for each in aws_db_parameter_group.this.parameter : each.name => each.value if strcontains(each.name, "statement") } == {
      log_statement           = "none"
      log_min_error_statement = "panic"
    }
    error_message = "Statements carry values and must not be logged."
  }

  assert {
    condition     = aws_db_instance.this.password == null && alltrue([for each in aws_secretsmanager_secret_version.database : each.secret_string == null])
    error_message = "The password must not be kept in the state."
  }
}

run "rotation" {
  variables {
    password_version = 2
  }

  assert {
    condition     = aws_db_instance.this.password_wo_version == 2 && alltrue([for each in aws_secretsmanager_secret_version.database : each.secret_string_wo_version == 2])
    error_message = "Database and secrets must change together."
  }
}

run "refuses_sizes_that_are_none" {
  command = plan

  variables {
    instance_class        = "small"
    storage_gib           = 5
    backup_retention_days = 1
    log_retention_days    = 31
    password_version      = 1.5
    recovery_days         = 3
    played_password       = "secret"
  }

  expect_failures = [
    var.instance_class,
    var.storage_gib,
    var.backup_retention_days,
    var.log_retention_days,
    var.password_version,
    var.recovery_days,
    var.played_password,
  ]
}

run "refuses_less_room_than_it_begins_with_and_a_bucket_that_is_none" {
  command = plan

  variables {
    storage_gib     = 50
    max_storage_gib = 50
    state_bucket    = "Our_States"
  }

  expect_failures = [var.max_storage_gib, var.state_bucket]
}
