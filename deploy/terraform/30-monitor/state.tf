data "terraform_remote_state" "database" {
  backend = "s3"

  config = {
    bucket = var.state_bucket
    key    = "10-rds.tfstate"
    region = var.region
  }
}

data "terraform_remote_state" "service" {
  backend = "s3"

  config = {
    bucket = var.state_bucket
    key    = "15-ecs.tfstate"
    region = var.region
  }
}
