mock_provider "aws" {
  source = "../mocks"
}

override_data {
  target = data.terraform_remote_state.this
  values = {
    outputs = {
      vpc_id                 = "vpc-mock"
      task_security_group_id = "sg-task"
      database_identifier    = "papyrus-prd"
      database_address       = "papyrus-prd.mock.us-west-2.rds.amazonaws.com"
      database_port          = 5432
      database_secret_arn    = "arn:aws:secretsmanager:us-west-2:123456789012:secret:papyrus/prd/db-mock"
      secret_kms_key_arn     = "arn:aws:kms:us-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
      cluster_name           = "papyrus-prd"
      web_service_name       = "papyrus-prd-web"
      worker_service_name    = "papyrus-prd-worker"
      web_task_family        = "papyrus-web"
      worker_task_family     = "papyrus-worker"
      migrate_task_family    = "papyrus-migrate"
      log_group_name         = "/ecs/papyrus"
      repository_name        = "papyrus"
      execution_role_arn     = "arn:aws:iam::123456789012:role/papyrus-prd-execution"
      task_role_arn          = "arn:aws:iam::123456789012:role/papyrus-prd-task"
      migrate_role_arns      = ["arn:aws:iam::123456789012:role/papyrus-prd-migrate", "arn:aws:iam::123456789012:role/papyrus-prd-execution-migrate"]
    }
  }
}

variables {
  state_bucket      = "papyrus-prd-state-123456789012"
  github_repository = "example-company/papyrus-invoice"
}

run "roles" {
  assert {
    condition     = join(" ", keys(output.roles)) == "alb-smoke audit-evidence ecr-push ecs-deploy ecs-scale rds-snapshot"
    error_message = "Each workflow that calls AWS must have a role of its own."
  }

  assert {
    condition = alltrue([for workflow in ["alb-smoke", "audit-evidence", "ecr-push", "rds-snapshot"] :
      local.roles[workflow].subject == "repo:example-company/papyrus-invoice:ref:refs/heads/main"
    ])
    error_message = "These workflows must run from the branch main."
  }

  assert {
    condition = alltrue([for workflow in ["ecs-deploy", "ecs-scale"] :
      local.roles[workflow].subject == "repo:example-company/papyrus-invoice:environment:prd"
    ])
    error_message = "What users see may change only through the environment prd."
  }
}

run "provider_that_is_there_already" {
  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account can have only one identity provider of GitHub's."
  }
}

run "refuses_wildcards" {
  command = plan

  variables {
    github_repository      = "example-company/*"
    branch                 = "*"
    deployment_environment = "*"
    oidc_provider_arn      = "github"
  }

  expect_failures = [
    var.github_repository,
    var.branch,
    var.deployment_environment,
    var.oidc_provider_arn,
  ]
}
