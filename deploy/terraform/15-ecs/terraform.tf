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
    key          = "15-ecs.tfstate"
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
      Stack       = "15-ecs"
    }
  }
}

# Terraform's tests cannot play ephemeral resources (1.11), so these have a provider that the tests leave as it is.
provider "aws" {
  alias  = "password"
  region = var.region
}
