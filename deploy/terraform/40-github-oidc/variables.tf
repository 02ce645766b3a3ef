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

variable "github_repository" {
  description = "Repository whose workflows may use the roles, as OWNER/NAME."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository is \"${var.github_repository}\"; it must read OWNER/NAME, without wildcards."
  }
}

variable "branch" {
  description = "Branch from which workflows may use the roles that name no GitHub environment."
  type        = string
  default     = "main"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.branch))
    error_message = "branch is \"${var.branch}\"; it must be the name of a branch, without wildcards."
  }
}

variable "deployment_environment" {
  description = "GitHub environment, with its reviewers, of the workflows that change what users see."
  type        = string
  default     = "prd"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+$", var.deployment_environment))
    error_message = "deployment_environment is \"${var.deployment_environment}\"; it must be the name of a GitHub environment."
  }
}

variable "oidc_provider_arn" {
  description = "GitHub's identity provider if the account has one already, since it can have only one. Null makes it."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token.actions.githubusercontent.com$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn is \"${coalesce(var.oidc_provider_arn, "null")}\"; it must be the ARN of GitHub's identity provider."
  }
}
