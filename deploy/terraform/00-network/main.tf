# How tasks reach AWS's services (us-west-2, a month of 730 hours, on-demand prices of 2025):
#
#   public IPv4 address on each task      3.65 USD x 2 tasks                     =  7.30 USD
#   NAT gateway with its address         36.50 USD a zone, and 0.045 USD a GB    = 36.50 USD and more
#   interface endpoints                   7.30 USD x 5 services, a zone          = 36.50 USD and more
#
# So tasks get addresses in the public subnets, and a security group that lets in nobody but a load balancer. Interface
# endpoints would also shut out the sign-in service, which is outside AWS. S3 alone has a free kind of endpoint; image
# layers and archived notes go through it.

locals {
  name          = "papyrus-${var.environment}"
  public_zones  = { for index, letter in var.public_zones : "${var.region}${letter}" => index }
  private_zones = { for index, letter in var.private_zones : "${var.region}${letter}" => index }
}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = { Name = local.name }
}

resource "aws_default_security_group" "none" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.name}-default-unused" }
}

resource "aws_subnet" "public" {
  for_each = local.public_zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.vpc_cidr, 8, each.value)
  map_public_ip_on_launch = false

  tags = { Name = "${local.name}-public-${each.key}" }
}

resource "aws_subnet" "private" {
  for_each = local.private_zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.vpc_cidr, 8, 100 + each.value)

  tags = { Name = "${local.name}-private-${each.key}" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = local.name }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.name}-public" }
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  route_table_id = aws_route_table.public.id
  subnet_id      = each.value.id
}

# No route but the VPC's own: the database neither reaches the internet nor is reached from it.
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${local.name}-private" }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  route_table_id = aws_route_table.private.id
  subnet_id      = each.value.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.public.id]

  tags = { Name = "${local.name}-s3" }
}
