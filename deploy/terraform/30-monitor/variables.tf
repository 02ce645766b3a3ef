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

variable "notified_emails" {
  description = "Addresses the alarms are sent to. Each gets a mail to confirm first."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.notified_emails : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "notified_emails is ${jsonencode(var.notified_emails)}; each must be an e-mail address."
  }
}

variable "minimum_free_storage_gib" {
  description = "Free storage of the database, in GiB, below which the alarm rings. RDS adds storage below a tenth of it; this must be less."
  type        = number
  default     = 1.5
  nullable    = false

  validation {
    condition     = var.minimum_free_storage_gib > 0
    error_message = "minimum_free_storage_gib is ${var.minimum_free_storage_gib}; it must be more than 0."
  }
}

variable "maximum_connections" {
  description = "Connections to the database above which the alarm rings. db.t4g.small takes about 190; a web task keeps up to 8."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.maximum_connections >= 10 && floor(var.maximum_connections) == var.maximum_connections
    error_message = "maximum_connections is ${var.maximum_connections}; it must be a whole number from 10 on."
  }
}

variable "load_balancer" {
  description = "A permanent load balancer to watch: the ends of its ARN and of its target group's. Null without one; temporary ones bring their own alarms."
  type = object({
    load_balancer_arn_suffix = string
    target_group_arn_suffix  = string
  })
  default = null
}
