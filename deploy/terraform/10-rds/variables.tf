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

variable "instance_class" {
  description = "Size of the database. db.t4g.small is about 23 USD a month in one zone, twice that in two."
  type        = string
  default     = "db.t4g.small"
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "instance_class is \"${var.instance_class}\"; it must be an instance class such as db.t4g.small."
  }
}

variable "multi_az" {
  description = "Whether a standby waits in a second zone. It doubles the price; a fail-over takes 1 to 2 minutes."
  type        = bool
  default     = true
  nullable    = false
}

variable "apply_immediately" {
  description = "Whether a change of the database is made at once, with a fail-over if it needs one. Otherwise it waits for the maintenance window."
  type        = bool
  default     = false
  nullable    = false
}

variable "storage_gib" {
  description = "Storage to begin with, in GiB. RDS adds to it up to max_storage_gib by itself."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.storage_gib >= 20 && floor(var.storage_gib) == var.storage_gib
    error_message = "storage_gib is ${var.storage_gib}; gp3 storage begins at 20 GiB, in whole GiB."
  }
}

variable "max_storage_gib" {
  description = "Storage at which RDS stops adding, in GiB."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.max_storage_gib >= var.storage_gib * 1.1
    error_message = "max_storage_gib is ${var.max_storage_gib}; it must be at least a tenth more than storage_gib, which is ${var.storage_gib}."
  }
}

variable "backup_retention_days" {
  description = "Days back to which the database can be restored to any second."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35
    error_message = "backup_retention_days is ${var.backup_retention_days}; it must be 7 to 35."
  }
}

variable "log_retention_days" {
  description = "Days to keep the database's own log."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400, 731], var.log_retention_days)
    error_message = "log_retention_days is ${var.log_retention_days}; CloudWatch Logs keeps 30, 60, 90, 180, 365, 400 or 731 days."
  }
}

variable "password_version" {
  description = "Raise it by one to rotate the passwords of all three sign-ins; then run the task database-roles, which tells the database."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.password_version >= 1 && floor(var.password_version) == var.password_version
    error_message = "password_version is ${var.password_version}; it must be a whole number from 1 on."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the database."
  type        = bool
  default     = true
  nullable    = false
}

variable "skip_final_snapshot" {
  description = "Whether the database may go without a last snapshot. For trials only."
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
