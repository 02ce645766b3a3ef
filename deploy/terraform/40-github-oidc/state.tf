locals {
  built_on = { network = "00-network", database = "10-rds", service = "15-ecs" }
}

data "terraform_remote_state" "this" {
  for_each = local.built_on
  backend  = "s3"

  config = {
    bucket = var.state_bucket
    key    = "${each.value}.tfstate"
    region = var.region
  }
}
