data "terraform_remote_state" "network" {
  backend = "s3"

  config = {
    bucket = var.state_bucket
    key    = "00-network.tfstate"
    region = var.region
  }
}
