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

variable "vpc_cidr" {
  description = "IPv4 block of the VPC. Each subnet takes 1/256 of it."
  type        = string
  default     = "10.40.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && can(regex("/16$", var.vpc_cidr))
    error_message = "vpc_cidr is \"${var.vpc_cidr}\"; it must be an IPv4 block with /16, such as 10.40.0.0/16."
  }
}

variable "public_zones" {
  description = "Letters of the availability zones with a public subnet, for load balancer and tasks."
  type        = list(string)
  default     = ["a", "b", "c"]
  nullable    = false

  validation {
    condition     = length(var.public_zones) >= 2 && length(distinct(var.public_zones)) == length(var.public_zones)
    error_message = "public_zones is ${jsonencode(var.public_zones)}; a load balancer needs at least two different zones."
  }
}

variable "private_zones" {
  description = "Letters of the availability zones with a private subnet, for the database."
  type        = list(string)
  default     = ["a", "b"]
  nullable    = false

  validation {
    condition     = length(var.private_zones) >= 2 && length(distinct(var.private_zones)) == length(var.private_zones)
    error_message = "private_zones is ${jsonencode(var.private_zones)}; a database needs at least two different zones."
  }
}

variable "flow_log_retention_days" {
  description = "Days to keep the log of refused connections."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400, 731], var.flow_log_retention_days)
    error_message = "flow_log_retention_days is ${var.flow_log_retention_days}; CloudWatch Logs keeps 30, 60, 90, 180, 365, 400 or 731 days."
  }
}
