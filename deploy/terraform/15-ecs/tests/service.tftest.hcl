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

override_data {
  target = data.terraform_remote_state.database
  values = {
    outputs = {
      database_identifier               = "papyrus-prd"
      database_address                  = "papyrus-prd.mock.us-west-2.rds.amazonaws.com"
      database_port                     = 5432
      database_secret_arn               = "arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/db-mock"
      database_owner_secret_arn         = "arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/db-owner-mock"
      database_administrator_secret_arn = "arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/db-admin-mock"
      secret_kms_key_arn                = "arn:aws:kms:us-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
    }
  }
}

variables {
  state_bucket    = "papyrus-prd-state-123456789012"
  played_password = "played"
}

run "before_the_first_image" {
  assert {
    condition     = aws_ecs_service.web.desired_count == 0 && aws_ecs_service.worker.desired_count == 0
    error_message = "Without an image nothing may run."
  }

  assert {
    condition     = alltrue([for task in aws_ecs_task_definition.this : can(regex("@sha256:0{64}", task.container_definitions))])
    error_message = "Without an image the task definitions must name a digest that no image has."
  }

  assert {
    condition     = alltrue([for task in aws_ecs_task_definition.this : !strcontains(task.container_definitions, "AUTH0_")])
    error_message = "Without a provider no task may be told half of one."
  }
}

run "service" {
  # Its own, since later applies leave the count and the image of a service alone.
  state_key = "service"

  variables {
    image                = "123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    web_desired_count    = 2
    worker_desired_count = 1
  }

  assert {
    condition     = aws_ecs_service.web.desired_count == 2 && aws_ecs_service.worker.desired_count == 1
    error_message = "The services must begin with the tasks asked for."
  }

  assert {
    condition     = alltrue([for task in aws_ecs_task_definition.this : jsondecode(task.container_definitions)[0].image == var.image])
    error_message = "Every task must run the image that was named."
  }

  assert {
    condition     = alltrue([for task in aws_ecs_task_definition.this : jsondecode(task.container_definitions)[0].readonlyRootFilesystem])
    error_message = "No container may write to its root file system."
  }

  assert {
    condition     = one(jsondecode(aws_ecs_task_definition.this["web"].container_definitions)[0].portMappings).containerPort == 5000
    error_message = "The web container must answer on port 5000."
  }

  assert {
    condition = alltrue([for service in [aws_ecs_service.web, aws_ecs_service.worker] :
      service.deployment_circuit_breaker[0].enable && service.deployment_circuit_breaker[0].rollback
    ])
    error_message = "A deployment that fails must be rolled back."
  }

  assert {
    condition     = aws_ecs_service.web.deployment_minimum_healthy_percent == 100 && aws_ecs_service.web.deployment_maximum_percent == 200
    error_message = "A new web task must answer before the old one goes."
  }

  assert {
    condition     = aws_ecs_service.worker.deployment_minimum_healthy_percent == 0 && aws_ecs_service.worker.deployment_maximum_percent == 100
    error_message = "There must never be two workers."
  }

  assert {
    condition     = alltrue([for service in [aws_ecs_service.web, aws_ecs_service.worker] : service.network_configuration[0].assign_public_ip])
    error_message = "Without an address of their own the tasks reach neither registry nor secrets."
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "Tags must be immutable, and images scanned."
  }

  assert {
    condition     = aws_s3_bucket.archive.object_lock_enabled && aws_s3_bucket_versioning.archive.versioning_configuration[0].status == "Enabled"
    error_message = "The archive must have versions and Object Lock."
  }
}

run "database_is_verified_when_asked_for" {
  command = plan

  variables {
    database_tls = { mode = "verify-full", root_certificate = "/opt/papyrus/deploy/certificates/global-bundle.pem" }
  }

  assert {
    condition = alltrue([for task in aws_ecs_task_definition.this :
      length(setsubtract([
        { name = "PGSSLMODE", value = "verify-full" },
        { name = "PGSSLROOTCERT", value = "/opt/papyrus/deploy/certificates/global-bundle.pem" },
      ], jsondecode(task.container_definitions)[0].environment)) == 0
    ])
    error_message = "Every task must verify the database as asked for."
  }
}

run "provider" {
  state_key = "provider"

  variables {
    auth0_domain       = "papyrus.eu.auth0.com"
    auth0_client_id    = "client"
    auth0_callback_url = "https://papyrus.example/callback"
  }

  assert {
    condition = { for each in jsondecode(aws_ecs_task_definition.this["web"].container_definitions)[0].environment : each.name => each.value if startswith(each.name, "AUTH0_") } == {
      AUTH0_CLIENT_ID = "client"
      AUTH0_DOMAIN    = "papyrus.eu.auth0.com"
    }
    error_message = "The web task must be told the provider and who it is there."
  }

  assert {
    condition = { for each in jsondecode(aws_ecs_task_definition.this["web"].container_definitions)[0].secrets : each.name => each.valueFrom if startswith(each.name, "AUTH0_") } == {
      AUTH0_CALLBACK_URL  = aws_ssm_parameter.auth0_callback_url.arn
      AUTH0_CLIENT_SECRET = "${aws_secretsmanager_secret.auth0.arn}:client_secret::"
    }
    error_message = "The web task must get address and secret by reference."
  }

  assert {
    condition     = alltrue([for name, task in aws_ecs_task_definition.this : name == "web" || !strcontains(task.container_definitions, "AUTH0_")])
    error_message = "Only the web task signs users in."
  }

  assert {
    condition     = aws_ssm_parameter.auth0_callback_url.value == "https://papyrus.example/callback"
    error_message = "The parameter must hold the address."
  }
}

# Each of them is refused for itself; together, since every run costs a start of the provider.
run "refuses_halves" {
  command = plan

  variables {
    database_tls = { mode = "verify-full" }
    auth0_domain = "papyrus.eu.auth0.com"
    image        = "123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus@sha256:aaaa"
    web_size     = { cpu = 300, memory = 100, workers = 2 }
  }

  expect_failures = [var.database_tls, var.auth0_domain, var.image, var.web_size]
}

run "refuses_what_leads_nowhere" {
  command = plan

  variables {
    database_tls    = { mode = "prefer", root_certificate = "/any" }
    auth0_domain    = "papyrus.eu.auth0.com"
    auth0_client_id = "client"
    image           = "123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus:latest"
  }

  expect_failures = [var.database_tls, var.auth0_callback_url, var.image]
}

run "refuses_two_workers" {
  command = plan

  variables {
    image                = "123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    worker_desired_count = 2
  }

  expect_failures = [var.worker_desired_count]
}

run "refuses_a_provider_without_tls_and_a_tag_with_a_digest" {
  command = plan

  variables {
    auth0_domain       = "http://papyrus.eu.auth0.com"
    auth0_client_id    = "client"
    auth0_callback_url = "https://papyrus.example/callback"
    image              = "123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus:v1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  }

  expect_failures = [var.auth0_domain, var.image]
}

run "refuses_tasks_without_an_image_and_loose_settings" {
  command = plan

  variables {
    web_desired_count    = 1
    worker_desired_count = 1
    allowed_hosts        = ["*"]
    auth0_callback_url   = "http://papyrus.example/"
    archive_retention    = { mode = "NONE", years = 1 }
    log_retention_days   = 31
    recovery_days        = 3
  }

  expect_failures = [
    var.web_desired_count,
    var.worker_desired_count,
    var.allowed_hosts,
    var.auth0_callback_url,
    var.archive_retention,
    var.log_retention_days,
    var.recovery_days,
  ]
}
