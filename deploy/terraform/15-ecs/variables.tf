variable "region" {
  description = "AWS region of everything in this stack."
  type        = string
  default     = "us-west-2"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is \"${var.region}\"; it must be an AWS region such as us-west-2."
  }
}

variable "environment" {
  description = "Short name of the environment, part of every name."
  type        = string
  default     = "prd"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,7}$", var.environment))
    error_message = "environment is \"${var.environment}\"; it must be 2 to 8 lower-case letters and digits, such as prd."
  }
}

variable "state_bucket" {
  description = "S3 bucket with the states of the stacks this one builds on."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket is \"${var.state_bucket}\"; it must be the name of an S3 bucket."
  }
}

variable "image" {
  description = "Image by digest that a newly made service starts with. Null before the first push; later `python -m deploy.release` says which image runs."
  type        = string
  default     = null

  validation {
    condition     = var.image == null || can(regex("^([a-z0-9.-]+(:[0-9]+)?/)?[a-z0-9._/-]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image is \"${coalesce(var.image, "null")}\"; it must name its digest, as REPOSITORY@sha256: and 64 hexadecimal digits, and no tag."
  }
}

variable "web_desired_count" {
  description = "Tasks of the web service when it is made; later `python -m deploy.scale` says how many."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.web_desired_count >= 0 && var.web_desired_count <= 20 && floor(var.web_desired_count) == var.web_desired_count
    error_message = "web_desired_count is ${var.web_desired_count}; it must be a whole number from 0 to 20."
  }

  validation {
    condition     = var.web_desired_count == 0 || var.image != null
    error_message = "web_desired_count is ${var.web_desired_count}, but image is null; there is nothing to run yet."
  }
}

variable "worker_desired_count" {
  description = "Tasks of the worker service when it is made: 0 or 1."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = contains([0, 1], var.worker_desired_count)
    error_message = "worker_desired_count is ${var.worker_desired_count}; it must be 0 or 1, since two would do the same work."
  }

  validation {
    condition     = var.worker_desired_count == 0 || var.image != null
    error_message = "worker_desired_count is ${var.worker_desired_count}, but image is null; there is nothing to run yet."
  }
}

variable "web_size" {
  description = "CPU units and MiB of memory of a web task, a pair that Fargate offers, and gunicorn's workers in it."
  type        = object({ cpu = number, memory = number, workers = number })
  default     = { cpu = 512, memory = 1024, workers = 2 }
  nullable    = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.web_size.cpu) && var.web_size.memory >= var.web_size.cpu * 2 && var.web_size.memory <= var.web_size.cpu * 8
    error_message = "web_size is ${jsonencode(var.web_size)}; Fargate offers 256, 512, 1024, 2048 or 4096 CPU units with 2 to 8 MiB a unit."
  }

  validation {
    condition     = var.web_size.workers >= 1 && var.web_size.memory >= var.web_size.workers * 256
    error_message = "web_size is ${jsonencode(var.web_size)}; each worker needs 256 MiB."
  }
}

variable "allowed_hosts" {
  description = "Host names the pages answer to. The probes answer to any."
  type        = list(string)
  default     = ["localhost"]
  nullable    = false

  validation {
    condition     = length(var.allowed_hosts) > 0 && !contains(var.allowed_hosts, "*")
    error_message = "allowed_hosts is ${jsonencode(var.allowed_hosts)}; it needs at least one host name, and not the one for all."
  }
}

variable "database_tls" {
  description = "libpq's sslmode for the database, and the file in the image with the authorities to verify it by."
  type        = object({ mode = string, root_certificate = optional(string) })
  default     = { mode = "require" }
  nullable    = false

  validation {
    condition     = contains(["require", "verify-ca", "verify-full"], var.database_tls.mode)
    error_message = "database_tls.mode is \"${var.database_tls.mode}\"; it must be require, verify-ca or verify-full."
  }

  validation {
    condition     = var.database_tls.mode == "require" || var.database_tls.root_certificate != null
    error_message = "database_tls.mode is \"${var.database_tls.mode}\", but root_certificate is null; name the file in the image by which the database is verified."
  }
}

variable "auth0_domain" {
  description = "Domain of the Auth0 tenant, or https address of another provider. Empty: users sign in by local accounts."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^((https://)?[a-z0-9.-]+(:[0-9]+)?(/[^\\s?#]*)?)?$", var.auth0_domain))
    error_message = "auth0_domain is \"${var.auth0_domain}\"; it must be a domain such as tenant.eu.auth0.com, or begin with https://."
  }

  validation {
    condition     = (var.auth0_domain == "") == (var.auth0_client_id == "")
    error_message = "auth0_domain is \"${var.auth0_domain}\" and auth0_client_id \"${var.auth0_client_id}\"; set both, or neither for local accounts."
  }
}

variable "auth0_client_id" {
  description = "What the provider calls this application. Its secret goes into Secrets Manager by hand."
  type        = string
  default     = ""
  nullable    = false
}

variable "auth0_callback_url" {
  description = "Address to which the sign-in service sends users back."
  type        = string
  default     = "https://localhost/callback"
  nullable    = false

  validation {
    condition     = can(regex("^https://[^/\\s]+/callback$", var.auth0_callback_url))
    error_message = "auth0_callback_url is \"${var.auth0_callback_url}\"; it must begin with https:// and have the path /callback."
  }

  validation {
    condition     = var.auth0_domain == "" || !startswith(var.auth0_callback_url, "https://localhost/")
    error_message = "auth0_callback_url is \"${var.auth0_callback_url}\"; with auth0_domain it must name this service."
  }
}

variable "log_retention_days" {
  description = "Days to keep the application's log."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400, 731], var.log_retention_days)
    error_message = "log_retention_days is ${var.log_retention_days}; CloudWatch Logs keeps 30, 60, 90, 180, 365, 400 or 731 days."
  }
}

variable "archive_retention" {
  description = "For how long nobody may delete an archived note, and whether even the account's owner may not (COMPLIANCE)."
  type        = object({ mode = string, years = number })
  default     = { mode = "GOVERNANCE", years = 10 }
  nullable    = false

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.archive_retention.mode)
    error_message = "archive_retention.mode is \"${var.archive_retention.mode}\"; it must be GOVERNANCE or COMPLIANCE."
  }

  validation {
    condition     = var.archive_retention.years >= 7 && floor(var.archive_retention.years) == var.archive_retention.years
    error_message = "archive_retention.years is ${var.archive_retention.years}; tax law asks for 7 years at least."
  }
}

variable "force_destroy" {
  description = "Whether destroy takes the images and the archived notes along. For trials only."
  type        = bool
  default     = false
  nullable    = false
}

variable "recovery_days" {
  description = "Days for which a deleted secret can be brought back. 0, for trials only, deletes it at once."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "recovery_days is ${var.recovery_days}; it must be 0 or 7 to 30."
  }
}

variable "played_password" {
  description = "What Terraform's own tests take for a password, since they cannot play the making of one. Null everywhere else."
  type        = string
  default     = null

  validation {
    condition     = var.played_password == null || var.played_password == "played"
    error_message = "played_password is for tests only; leave it null, and a random password is made."
  }
}
