-- The two roles of the product in this database: the owner migrates, the application reads and writes rows.
--
-- Run it as an administrator: a superuser, or who may create roles and owns the database, as RDS's master user:
--
--   psql --set ON_ERROR_STOP=1 --file deploy/sql/database_roles.sql
--   \password papyrus_owner
--   \password papyrus_app
--
-- `manage.py create_database_roles` does all three. No password stands here: what is given as SQL may be logged.
-- It may be repeated at any time, also under load, and takes away what was granted beyond it. Other names than these:
--
--   PGOPTIONS='-c papyrus.owner=NAME -c papyrus.application=NAME' psql …

begin;

-- The names, and whom this script cannot serve.
do $$
declare
    owner text := coalesce(nullif(current_setting('papyrus.owner', true), ''), 'papyrus_owner');
    application text := coalesce(nullif(current_setting('papyrus.application', true), ''), 'papyrus_app');
begin
    if owner = application then
        raise exception 'Owner and application are both %. Give them two names.', owner;
    end if;
    if current_user in (owner, application) then
        raise exception 'This session is % itself. Sign in as an administrator of the database.', current_user;
    end if;
    perform set_config('papyrus.owner', owner, true), set_config('papyrus.application', application, true);
end $$;

-- Both may sign in and have no power over the server; what they have of it is taken away.
do $$
declare
    role text;
    attributes text;
begin
    foreach role in array array[current_setting('papyrus.owner'), current_setting('papyrus.application')] loop
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I', role);
        end if;
        -- Only what has to change is named: “nosuperuser” alone needs a superuser, which RDS gives to nobody.
        select concat_ws(' ', 'login', 'inherit', case when rolsuper then 'nosuperuser' end,
                         case when rolcreatedb then 'nocreatedb' end, case when rolcreaterole then 'nocreaterole' end,
                         case when rolreplication then 'noreplication' end,
                         case when rolbypassrls then 'nobypassrls' end)
        into attributes from pg_roles where rolname = role;
        execute format('alter role %I %s', role, attributes);
    end loop;
    -- An administrator who is no superuser can hand things over to members of his only.
    if not (select rolsuper from pg_roles where rolname = current_user) then
        execute format('grant %I, %I to current_user', current_setting('papyrus.owner'),
                       current_setting('papyrus.application'));
    end if;
end $$;

-- Neither is a member of another role, so the application cannot become the owner.
do $$
declare
    membership record;
begin
    for membership in
        select granted.rolname as role, member.rolname as member, grantor.rolname as grantor
        from pg_auth_members
        join pg_roles as granted on granted.oid = roleid
        join pg_roles as member on member.oid = pg_auth_members.member
        join pg_roles as grantor on grantor.oid = pg_auth_members.grantor
        where member.rolname in (current_setting('papyrus.owner'), current_setting('papyrus.application'))
    loop
        -- PostgreSQL 16 keeps the grants of several grantors; before, there was one.
        execute format('revoke %I from %I', membership.role, membership.member)
            || case when current_setting('server_version_num')::int >= 160000
                    then format(' granted by %I', membership.grantor) else '' end;
    end loop;
end $$;

-- The application owns nothing. Where it owned everything so far, the owner takes it over.
do $$
begin
    if exists (
        select from pg_shdepend
        where refclassid = 'pg_authid'::regclass and deptype = 'o'
          and refobjid = (select oid from pg_roles where rolname = current_setting('papyrus.application'))
    ) then
        execute format('grant create on database %I to %I', current_database(), current_setting('papyrus.owner'));
        execute format('reassign owned by %I to %I', current_setting('papyrus.application'),
                       current_setting('papyrus.owner'));
    end if;
end $$;

-- The database: no temporary tables and no schemas for everybody. The owner's right to create also serves trusted
-- extensions, should a migration need one.
do $$
begin
    execute format('revoke create, temporary on database %I from public, %I', current_database(),
                   current_setting('papyrus.application'));
    execute format('grant connect on database %I to %I', current_database(), current_setting('papyrus.application'));
    execute format('grant connect, create on database %I to %I', current_database(),
                   current_setting('papyrus.owner'));
    -- Here django-pgtrigger keeps a function that migrations make again; the application may call it.
    execute format('revoke create on schema public from public, %I', current_setting('papyrus.application'));
    execute format('grant usage, create on schema public to %I', current_setting('papyrus.owner'));
end $$;

-- The schema with everything in it is the owner's: tables made by an administrator, an earlier application role or the
-- predecessor. A view stays with a role that owns no table here, such as one for reports.
do $$
declare
    former oid[];
    owner text := current_setting('papyrus.owner');
    statement text;
begin
    if to_regnamespace('papyrus_schema') is null then
        execute format('create schema papyrus_schema authorization %I', owner);
    elsif owner <> (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'papyrus_schema') then
        execute format('alter schema papyrus_schema owner to %I', owner);
    end if;
    former := array(select distinct relowner from pg_class
                    where relnamespace = 'papyrus_schema'::regnamespace and relkind in ('r', 'p', 'S')
                      and pg_get_userbyid(relowner) <> owner);
    for statement in
        select format('alter %s %s owner to %I',
                      case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
                                   else 'table' end, pg_class.oid::regclass, owner)
        from pg_class
        where relnamespace = 'papyrus_schema'::regnamespace and relkind in ('r', 'p', 'S', 'v', 'm')
          and relowner = any (former)
          -- A column's sequence goes with its table, what an extension brought stays with the extension.
          and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid
                          and deptype in ('a', 'i', 'e') and (relkind = 'S' or deptype = 'e'))
        union all
        select format('alter routine %s owner to %I', pg_proc.oid::regprocedure, owner)
        from pg_proc
        where (pronamespace = 'papyrus_schema'::regnamespace
               or pg_proc.oid = to_regproc('public._pgtrigger_should_ignore')) and pg_get_userbyid(proowner) <> owner
          and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid
                          and deptype = 'e')
    loop
        execute statement;
    end loop;
end $$;

-- Rows are the application's, tables are not: no TRUNCATE, TRIGGER or REFERENCES. What only migrations or
-- triggers write it reads.
do $$
declare
    application text := current_setting('papyrus.application');
    relation record;
begin
    execute format('revoke all on schema papyrus_schema from %I', application);
    execute format('grant usage on schema papyrus_schema to %I', application);
    revoke create on schema papyrus_schema from public;
    for relation in
        select pg_class.oid::regclass as name, relkind,
               relname in ('django_migrations', 'predecessor_products')
               -- The change history, which triggers write for the owner.
               or exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'pgh_label') as is_read
        from pg_class
        where relnamespace = 'papyrus_schema'::regnamespace and relkind in ('r', 'p', 'S', 'v', 'm')
          and pg_get_userbyid(relowner) = current_setting('papyrus.owner')
    loop
        execute format('revoke all on %s from %I', relation.name, application);
        if relation.relkind = 'S' then
            execute format('grant usage, select on sequence %s to %I', relation.name, application);
            continue;
        end if;
        execute format('revoke insert, update, delete, truncate, references, trigger on %s from public',
                       relation.name);
        execute format('grant %s on %s to %I',
                       -- The view of products is written as a table is.
                       case when (relation.relkind in ('r', 'p') or relation.name = to_regclass('papyrus_schema.products'))
                                 and not relation.is_read
                            then 'select, insert, update, delete' else 'select' end,
                       relation.name, application);
    end loop;
end $$;

-- The same for the tables of later migrations. `manage.py migrate` takes back what others write.
do $$
declare
    owner text := current_setting('papyrus.owner');
    application text := current_setting('papyrus.application');
begin
    execute format('alter default privileges for role %I revoke all on tables from %I', owner, application);
    execute format('alter default privileges for role %I in schema papyrus_schema revoke all on tables from %I',
                   owner, application);
    execute format('alter default privileges for role %I in schema papyrus_schema'
                   ' grant select, insert, update, delete on tables to %I', owner, application);
    execute format('alter default privileges for role %I in schema papyrus_schema'
                   ' grant usage, select on sequences to %I', owner, application);
end $$;

commit;
