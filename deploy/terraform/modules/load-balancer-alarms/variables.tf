variable "name_prefix" {
  description = "Beginning of the alarms' names."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^papyrus-", var.name_prefix))
    error_message = "name_prefix is \"${var.name_prefix}\"; everything of ours begins with papyrus-."
  }
}

variable "load_balancer_arn_suffix" {
  description = "End of the load balancer's ARN, as CloudWatch names it: app/NAME/ID."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^app/[^/]+/[^/]+$", var.load_balancer_arn_suffix))
    error_message = "load_balancer_arn_suffix is \"${var.load_balancer_arn_suffix}\"; it must read app/NAME/ID."
  }
}

variable "target_group_arn_suffix" {
  description = "End of the target group's ARN, as CloudWatch names it: targetgroup/NAME/ID."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^targetgroup/[^/]+/[^/]+$", var.target_group_arn_suffix))
    error_message = "target_group_arn_suffix is \"${var.target_group_arn_suffix}\"; it must read targetgroup/NAME/ID."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic the alarms report to; none when null."
  type        = string
  default     = null
}
