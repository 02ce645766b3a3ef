terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Bucket and region come from a file that `python -m deploy.stacks` writes.
  backend "s3" {
    key          = "40-github-oidc.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "papyrus"
      Environment = var.environment
      Stack       = "40-github-oidc"
    }
  }
}
