locals {
  # Before the first push there is no digest yet. Nothing runs then: see the variables' validation.
  image = coalesce(var.image, "${aws_ecr_repository.this.repository_url}@sha256:${join("", [for _ in range(64) : "0"])}")

  tasks = {
    web = {
      cpu     = var.web_size.cpu
      memory  = var.web_size.memory
      command = ["gunicorn", "--config", "deploy/gunicorn.conf.py", "papyrus_site.wsgi"]
      sign_in = local.database.database_secret_arn
      start   = "execution"
      run     = aws_iam_role.task.arn
      ports   = [{ containerPort = local.container_port, hostPort = local.container_port, protocol = "tcp" }]
      probe   = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:${local.container_port}/healthz', timeout=4)"
    }
    worker = {
      cpu     = 256
      memory  = 512
      command = ["python", "manage.py", "archive_pending", "--every", "60"]
      sign_in = local.database.database_secret_arn
      start   = "execution"
      run     = aws_iam_role.task.arn
      ports   = []
      probe   = null
    }
    migrate = {
      cpu     = 256
      memory  = 512
      command = ["python", "manage.py", "migrate"]
      sign_in = local.database.database_owner_secret_arn
      start   = "execution-migrate"
      run     = aws_iam_role.migrate.arn
      ports   = []
      probe   = null
    }
    # By hand only, before the first migration and after a rotation. It calls no service of AWS.
    database-roles = {
      cpu     = 256
      memory  = 512
      command = ["python", "manage.py", "create_database_roles"]
      sign_in = local.database.database_administrator_secret_arn
      start   = "execution-database-roles"
      run     = null
      ports   = []
      probe   = null
    }
  }

  environment = merge(
    {
      ARCHIVE_BUCKET       = aws_s3_bucket.archive.bucket
      AWS_REGION           = var.region
      DJANGO_ALLOWED_HOSTS = join(",", var.allowed_hosts)
      # The load balancer, which appends to X-Forwarded-For whom it was asked by.
      PAPYRUS_TRUSTED_PROXIES = "1"
      PGSSLMODE               = var.database_tls.mode
      WEB_CONCURRENCY         = tostring(var.web_size.workers)
    },
    var.database_tls.root_certificate == null ? {} : { PGSSLROOTCERT = var.database_tls.root_certificate }
  )

  secrets = {
    DJANGO_SECRET_KEY = "${aws_secretsmanager_secret.django.arn}:secret_key::"
  }

  # Of the web task only: nobody signs in to the others.
  provider = var.auth0_domain == "" ? { environment = {}, secrets = {} } : {
    environment = {
      AUTH0_CLIENT_ID = var.auth0_client_id
      AUTH0_DOMAIN    = var.auth0_domain
    }
    secrets = {
      AUTH0_CALLBACK_URL  = aws_ssm_parameter.auth0_callback_url.arn
      AUTH0_CLIENT_SECRET = "${aws_secretsmanager_secret.auth0.arn}:client_secret::"
    }
  }

  sign_ins = { for name, task in local.tasks : name => {
    PGDATABASE = "${task.sign_in}:db::"
    PGHOST     = "${task.sign_in}:host::"
    PGPASSWORD = "${task.sign_in}:password::"
    PGPORT     = "${task.sign_in}:port::"
    PGUSER     = "${task.sign_in}:user::"
  } }

  # Whom the task database-roles makes, and with what they sign in.
  made_roles = {
    DATABASE_OWNER                = "${local.database.database_owner_secret_arn}:user::"
    DATABASE_OWNER_PASSWORD       = "${local.database.database_owner_secret_arn}:password::"
    DATABASE_APPLICATION          = "${local.database.database_secret_arn}:user::"
    DATABASE_APPLICATION_PASSWORD = "${local.database.database_secret_arn}:password::"
  }
}

resource "aws_ecs_task_definition" "this" {
  for_each = local.tasks

  family                   = "papyrus-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution[each.value.start].arn
  task_role_arn            = each.value.run

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([merge(
    {
      name                   = local.container_name
      image                  = local.image
      essential              = true
      memory                 = each.value.memory
      command                = each.value.command
      readonlyRootFilesystem = true
      # gunicorn gives requests 30 s to finish.
      stopTimeout     = 40
      portMappings    = each.value.ports
      mountPoints     = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
      linuxParameters = { initProcessEnabled = true, capabilities = { add = [], drop = ["ALL"] } }
      environment = [for name, value in merge(
        local.environment,
        each.value.run == null ? {} : { DATABASE_SECRET_ARN = each.value.sign_in },
        each.key == "web" ? local.provider.environment : {},
      ) : { name = name, value = value }]
      secrets = [for name, arn in merge(
        local.secrets,
        local.sign_ins[each.key],
        each.key == "database-roles" ? local.made_roles : {},
        each.key == "web" ? local.provider.secrets : {},
      ) : { name = name, valueFrom = arn }]
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.this.name
          awslogs-region        = var.region
          awslogs-stream-prefix = each.key
          # When CloudWatch Logs is slow, lines wait in memory instead of the requests that write them.
          mode            = "non-blocking"
          max-buffer-size = "4m"
        }
      }
    },
    each.value.probe == null ? {} : {
      healthCheck = { command = ["CMD", "python", "-c", each.value.probe], interval = 10, timeout = 5, retries = 3, startPeriod = 30 }
    }
  )])
}
