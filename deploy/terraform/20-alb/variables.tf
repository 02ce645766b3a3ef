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

variable "run_id" {
  description = "Id of the smoke run that this load balancer lives and dies with."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$", var.run_id))
    error_message = "run_id is \"${var.run_id}\"; it must be 1 to 24 lower-case letters, digits and inner hyphens."
  }
}

variable "expires_at" {
  description = "Instant, as in RFC 3339 and in UTC, after which a sweep may destroy all this."
  type        = string
  nullable    = false

  validation {
    condition     = can(formatdate("YYYY", var.expires_at)) && can(regex("Z$", var.expires_at))
    error_message = "expires_at is \"${var.expires_at}\"; it must be an instant in UTC such as 2026-01-31T09:00:00Z."
  }
}

variable "allowed_cidrs" {
  description = "IPv4 blocks that may call the load balancer."
  type        = set(string)
  default     = ["0.0.0.0/0"]
  nullable    = false

  validation {
    condition     = length(var.allowed_cidrs) > 0 && alltrue([for block in var.allowed_cidrs : can(cidrhost(block, 0))])
    error_message = "allowed_cidrs is ${jsonencode(var.allowed_cidrs)}; it needs at least one IPv4 block such as 203.0.113.0/24."
  }
}

variable "container_port" {
  description = "Port on which the tasks answer."
  type        = number
  default     = 5000
  nullable    = false

  validation {
    condition     = var.container_port > 1023 && var.container_port < 65536
    error_message = "container_port is ${var.container_port}; a container without root listens on 1024 to 65535."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that alarms of this load balancer report to; none when null."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_topic_arn == null || can(regex("^arn:aws[a-z-]*:sns:", var.alarm_topic_arn))
    error_message = "alarm_topic_arn is \"${coalesce(var.alarm_topic_arn, "null")}\"; it must be the ARN of an SNS topic."
  }
}
